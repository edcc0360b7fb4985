// Source that names itself like a part of the host.
// expect: status=error
// message: /mine/
eval('//# sourceURL=file:///etc/passwd\nthrow new Error("mine")');
