import { z } from 'zod'

/**
 * An id that a browser, an operator or a file sends, in the small letters in which PostgreSQL gives ids back (RFC 9562 lets both
 * in). What is sealed for a row is bound to its id as text: sealed for an id in capitals, it would never open again.
 * @param message key of the message to show beside the field
 */
export const uuidField = (message?: string) => z.uuid(message).toLowerCase()
