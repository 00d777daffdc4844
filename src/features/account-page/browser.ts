/** The first that matches names the browser: those who pretend to be another stand before the one they pretend to be. */
const browsers: [name: string, pattern: RegExp][] = [
  ['Edge', /\bEdg(?:e|A|iOS)?\/(\d+)/],
  ['Opera', /\bOPR\/(\d+)/],
  ['Samsung Internet', /\bSamsungBrowser\/(\d+)/],
  ['Vivaldi', /\bVivaldi\/(\d+)/],
  ['Firefox', /\b(?:Firefox|FxiOS)\/(\d+)/],
  ['Chrome', /\b(?:HeadlessChrome|Chrome|CriOS)\/(\d+)/],
  ['Safari', /\bVersion\/(\d+)[\d.]* (?:Mobile\/\w+ )?Safari\//],
]
const systems: [name: string, pattern: RegExp][] = [
  ['iPhone', /\biPhone\b/],
  ['iPad', /\biPad\b/],
  ['Android', /\bAndroid\b/],
  ['Windows', /\bWindows\b/],
  ['ChromeOS', /\bCrOS\b/],
  ['macOS', /\bMac OS X\b/],
  ['Linux', /\bLinux\b/],
]

/**
 * A browser as people call it, `Firefox 145, Windows`, out of its User-Agent header (RFC 9110 10.1.5); '' where it says
 * nothing known. Good enough to recognise one's own; nothing is decided by it.
 */
export const browserOf = (userAgent: string): string => {
  const text = userAgent.slice(0, 500)
  const [browser, version] = browsers
    .map(([name, pattern]) => [name, pattern.exec(text)?.[1]] as const)
    .find(([, found]) => found !== undefined) ?? ['', '']
  const system = systems.find(([, pattern]) => pattern.test(text))?.[0] ?? ''
  return [`${browser} ${version ?? ''}`.trim(), system].filter(Boolean).join(', ')
}
