// Loaded before the seed page's script, which stays as the page has it: node's
// console.log prints `message: [Object]`, and the test wants to see the text.
require('node:util').inspect.defaultOptions.depth = null;
