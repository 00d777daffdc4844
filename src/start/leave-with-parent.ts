// Loaded into the processes that bin/start runs: should it be killed outright, they close down instead of living on alone.
process.on('disconnect', () => process.kill(process.pid, 'SIGTERM'))
process.channel?.unref()
