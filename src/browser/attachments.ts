import { uploadTo, type Upload } from './attachments/upload.ts'
import { all, csrfToken, one } from './page.ts'

/** Files of a form go as soon as they are chosen, each with its progress; the form waits for those that are still on their way. */
export const enhanceAttachments = () => {
  for (const block of all('data-attachments')) enhance(block)
}

const enhance = (block: HTMLElement) => {
  const input = block.querySelector<HTMLInputElement>('input[type="file"]')
  const holder = one('data-attachments-tray', block)
  const form = input?.form
  if (!input || !holder || !form) return

  const waiting: { file: File; row: HTMLElement }[] = []
  let current: Upload | null = null
  let sendWhenDone: HTMLElement | null | undefined
  let shownTray = ''

  const trayId = () => block.querySelector<HTMLInputElement>('[data-tray]')?.value ?? ''
  const say = (what: 'added' | 'removed' | 'waiting') => {
    const status = one('data-attachments-status', block)
    if (status) status.textContent = status.dataset[what] ?? ''
  }
  const complain = (text: string | undefined, { name }: File) => {
    const problem = one('data-attachments-problem', block)
    if (!problem) return
    const line = Object.assign(document.createElement('div'), { className: 'field-problem' })
    line.textContent = (text ?? '').replace('__name__', name)
    problem.append(line)
    sendWhenDone = undefined
  }

  const showTray = (html: string) => {
    holder.innerHTML = html
    shownTray = trayId()
    for (const label of all('data-without-script', holder)) label.remove()
    for (const button of all('data-take-out', holder)) {
      button.hidden = false
      button.addEventListener('click', () => void takeOut(button.dataset.takeOut ?? ''))
    }
  }

  const takeOut = async (id: string) => {
    const body = new URLSearchParams({ _csrf: csrfToken(), tray: trayId() })
    const response = await fetch(`/attachments/${id}/take-out`, { method: 'POST', body, redirect: 'manual' })
    if (!response.ok) return refresh()
    showTray(await response.text())
    say('removed')
    input.focus()
  }

  /** A draft that was brought back names another tray: what lies in it is shown. */
  const refresh = async () => {
    const id = trayId()
    const response = await fetch(`/attachments/trays/${encodeURIComponent(id)}`, {
      headers: { 'X-Ostoja-Background': '1' },
      redirect: 'manual',
    }).catch(() => null)
    if (response?.ok && trayId() === id) showTray(await response.text())
    else shownTray = id
  }

  const rowFor = ({ name }: File): HTMLElement => {
    const template = block.querySelector<HTMLTemplateElement>('template[data-attachments-row]')
    const row = template?.content.firstElementChild?.cloneNode(true) as HTMLElement
    const label = one('data-name', row)
    if (label) label.textContent = name
    one('data-attachments-arriving', block)?.append(row)
    return row
  }

  const choose = (file: File) => {
    if (file.size > Number(block.dataset.mostBytes)) return complain(block.dataset.tooLarge, file)
    const row = rowFor(file)
    const chosen = { file, row }
    waiting.push(chosen)
    one('data-cancel', row)?.addEventListener('click', () => {
      const place = waiting.indexOf(chosen)
      if (place > 0 || !current) waiting.splice(place, 1)
      else current.stop()
      row.remove()
    })
  }

  const run = async () => {
    while (!current && waiting[0]) {
      const { file, row } = waiting[0]
      current = uploadTo(
        '/attachments',
        [
          ['_csrf', csrfToken()],
          ['tray', trayId()],
        ],
        file,
        percent => {
          const [bar, text] = [row.querySelector('progress'), one('data-percent', row)]
          if (bar) bar.value = percent
          if (text) text.textContent = `${String(percent)}%`
        },
      )
      const outcome = await current.ended
      current = null
      waiting.shift()
      row.remove()
      if (outcome.kind === 'failed') complain(block.dataset.failed, file)
      if (outcome.kind === 'answered') {
        showTray(outcome.html)
        if (outcome.added) say('added')
        else sendWhenDone = undefined
      }
    }
    if (waiting.length === 0 && sendWhenDone !== undefined) form.requestSubmit(sendWhenDone)
  }

  input.addEventListener('change', () => {
    const files = [...(input.files ?? [])]
    input.value = ''
    one('data-attachments-problem', block)?.replaceChildren()
    files.forEach(choose)
    void run()
  })
  form.addEventListener('input', () => {
    if (trayId() !== shownTray) void refresh()
  })
  form.addEventListener('submit', event => {
    if (waiting.length === 0) return
    event.preventDefault()
    sendWhenDone = event.submitter
    say('waiting')
  })
  showTray(holder.innerHTML)
}
