// Templates in templates.
// expect: status=error
eval('`${'.repeat(5e4) + '1' + '}`'.repeat(5e4));
