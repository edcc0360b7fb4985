/** Files that the bundler carries along: the import is their path at run time. */
declare module "@jitl/quickjs-wasmfile-release-sync/wasm" {
  const path: string;
  export default path;
}
