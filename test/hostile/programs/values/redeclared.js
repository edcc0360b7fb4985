// Declared again as everything else.
// expect: status=ok
// then: let again = 2; again => 2
// then: class again {}; typeof again => function
// then: function again() {}; typeof again => function
const again = 1;
again;
