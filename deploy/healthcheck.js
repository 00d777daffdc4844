// Asks the pages of this container whether they can do their work; the image has no curl.
const url = `http://127.0.0.1:${process.env.PORT}/health/ready`
const ready = await fetch(url).then(
  answer => answer.ok,
  () => false,
)
process.exit(ready ? 0 : 1)
