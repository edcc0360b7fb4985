// toString, valueOf and toPrimitive are never called for the result.
// expect: status=ok
({ toString() { for (;;); }, valueOf() { for (;;); }, [Symbol.toPrimitive]() { for (;;); } });
