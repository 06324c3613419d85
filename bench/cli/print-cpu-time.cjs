// Loaded into a process by `--require`: writes its CPU time to file descriptor 3 when it ends, in microseconds.
process.on('exit', () => {
  const { user, system } = process.cpuUsage();
  require('node:fs').writeSync(3, String(user + system));
});
