// What bin/start runs: main.ts, which here closes down with the process that started it, should that be killed outright.
process.on('disconnect', () => process.kill(process.pid, 'SIGTERM'))
process.channel?.unref()

await import('../main.ts')
