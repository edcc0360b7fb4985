// Constructors that construct.
// expect: status=error
// message: /stack/
class A { constructor() { new (class extends A {})(); } }
new A();
