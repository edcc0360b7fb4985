// eval in eval.
// expect: status=error
// message: /stack/
const code = 'eval(code)';
eval(code);
