// Nothing but a comment.
// expect: status=ok
// preview: undefined
