// A module that the template does not give.
// expect: status=error
// message: /Invalid module/
// modules: fs
require('exec');
