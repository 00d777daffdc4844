/** Whether there are control characters in a text: nobody types them, and PostgreSQL takes no NUL in a text. */
export const hasControls = (text: string): boolean => /\p{Cc}/u.test(text)
