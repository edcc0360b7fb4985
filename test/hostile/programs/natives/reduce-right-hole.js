// reduceRight over holes.
// expect: status=timeout limit=cpu_ms|wall_ms
Array.prototype.reduceRight.call({ length: 2 ** 53 - 1 }, () => 0, 0);
