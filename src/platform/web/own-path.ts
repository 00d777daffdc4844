/**
 * Whether an address is a path of ours, safe to redirect to: one slash, and then no second nor a backslash that a browser
 * would take for one, or it would lead to another site (ASVS 3.7.2, 5.3.2).
 */
export const isOwnPath = (text: unknown): text is string =>
  typeof text === 'string' && /^\/(?![/\\])[\w\-./]*$/.test(text)
