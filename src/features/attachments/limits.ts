const megabyte = 1024 * 1024

/** Of one file, and of all that go with one message. */
export const limits = { bytes: 25 * megabyte, files: 10, allBytes: 100 * megabyte }

/** How much of a file is sealed, stored and sent in one piece: all of it that is ever held. */
export const chunkBytes = 256 * 1024
