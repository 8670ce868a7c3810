/** The codec of Parquet files, in WebAssembly; loaded late. */
export * from 'parquet-wasm/node'
