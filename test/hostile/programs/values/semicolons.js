// Nothing but empty statements.
// expect: status=ok
// preview: undefined
;;;
