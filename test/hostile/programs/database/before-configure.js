// Used before it is configured.
// expect: status=error
// message: /database not configured/
// modules: database
require('database').query('SELECT 1');
