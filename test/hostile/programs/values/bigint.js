// A bigint of a thousand digits.
// expect: status=ok
10n ** 1000n;
