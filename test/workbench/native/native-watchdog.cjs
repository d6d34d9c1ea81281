/* global process, setInterval */
'use strict';
// Stands in for @vscode/native-watchdog: ends this process when the one it belongs to is gone.
exports.start = (pid) => {
  setInterval(() => {
    try {
      process.kill(pid, 0);
    } catch {
      process.exit(87);
    }
  }, 1000).unref();
};
