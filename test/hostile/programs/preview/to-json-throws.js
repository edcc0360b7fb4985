// Nor one that throws, deep inside.
// expect: status=ok
[{ toJSON() { throw new Error('no'); } }];
