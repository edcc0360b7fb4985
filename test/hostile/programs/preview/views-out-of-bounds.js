// Views of a buffer that has become smaller than they are, and of one that is gone.
// expect: status=ok
// preview: [ 0, 0, true, false ]
const buffer = new ArrayBuffer(8, { maxByteLength: 1024 });
const views = [new Uint16Array(buffer, 4), new Uint8Array(buffer), new DataView(buffer, 4)];
buffer.resize(2);
const gone = new ArrayBuffer(8);
const last = new Float64Array(gone);
gone.transfer();
console.log(views, last, new Map([[last, gone]]));
console.log('%o %j %s', views[0], views[1], views[2]);
globalThis.left = [views, last];
[views[0].length, last.length, ArrayBuffer.isView(views[2]), Object.isFrozen(left)];
