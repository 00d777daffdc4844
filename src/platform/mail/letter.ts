import ejs from 'ejs'
import type { Language, Translate } from '../i18n/translations.ts'

export type Letter = { subject: string; text: string; html: string; language: Language }

/**
 * A letter as text and as HTML. It names nobody: a mailbox is not a safe place, and the subject shows on locked screens.
 * @param kind a part of the catalogue `mail`: subject, text, link
 * @param href the address it leads to
 * @param values what the text has places for; never what says who somebody is
 */
export const writeLetter = (
  t: Translate,
  language: Language,
  kind: 'notice' | 'moved' | 'reset' | 'first' | 'backup' | 'chain' | 'checkpoint',
  href: string,
  values: Record<string, string> = {},
): Letter => {
  const subject = t(`mail:${kind}.subject`)
  const before = t(`mail:${kind}.text`, values)
  const after = t(`mail:${kind}.after`)
  return {
    language,
    subject,
    text: [before, `${t(`mail:${kind}.link`)}:\n${href}`, after, `-- \n${t('mail:signature')}`].join('\n\n') + '\n',
    html: page({
      language,
      subject,
      before,
      after,
      href,
      link: t(`mail:${kind}.link`),
      signature: t('mail:signature'),
      copy: t('mail:copy'),
    }),
  }
}

/** Mail programs know style attributes and little else. */
const page = ejs.compile(`<!doctype html>
<html lang="<%= language %>">
<head><meta charset="utf-8"><meta name="color-scheme" content="light dark"><title><%= subject %></title></head>
<body style="margin:0;padding:24px;font:16px/1.6 system-ui,sans-serif">
<div style="max-width:34em">
<p style="font-weight:600;font-size:18px">Ostoja</p>
<p><%= before %></p>
<p style="margin:24px 0"><a href="<%= href %>" style="display:inline-block;padding:10px 18px;border-radius:8px;background:#115f4e;color:#ffffff;text-decoration:none"><%= link %></a></p>
<p><%= after %></p>
<p style="font-size:14px;color:#6b7280;overflow-wrap:anywhere"><%= copy %><br><%= href %></p>
<p style="font-size:14px;color:#6b7280"><%= signature %></p>
</div>
</body>
</html>
`)
