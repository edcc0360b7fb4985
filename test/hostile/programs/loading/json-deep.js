// A JSON file of a hundred thousand levels.
// expect: status=error|ok
// before: { head -c 100000 /dev/zero | tr '\0' '['; head -c 100000 /dev/zero | tr '\0' ']'; } > deep.json
typeof require('./deep.json');
