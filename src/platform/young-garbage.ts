const collectedAfterBytes = 4 * 1024 * 1024
let passed = 0

/**
 * Has young garbage collected each time so many bytes have gone through the program's buffers. They lie outside node's heap, which
 * lets 64 MB of them pile up before it looks after them, and more where its helping threads wait for a core; each byte of a file is
 * copied some five times on its way. A collection takes one or two milliseconds. Needs `--expose-gc` (src/start/memory.ts); without
 * it a process only grows larger.
 * @param bytes that have gone through since the last call
 */
export const passedThrough = (bytes: number) => {
  passed += bytes
  if (passed < collectedAfterBytes) return
  passed = 0
  globalThis.gc?.({ type: 'minor' })
}
