// Records a HAR of a page in a headless Chromium. The page says by window.done
// that it has asked all it asks.
//
//	node har_record.cjs CHROMIUM PAGE_URL OUT.har [HOST=ADDRESS]
//
// HOST=ADDRESS has Chromium find a host at an address, so that a recording names
// no port of the day.
const { chromium } = require('playwright-core');

(async () => {
  const [executablePath, page, out, host] = process.argv.slice(2);
  const args = ['--no-sandbox'];
  if (host) {
    args.push(`--host-resolver-rules=MAP ${host.replace('=', ' ')}`);
  }
  const browser = await chromium.launch({ executablePath, args });
  const context = await browser.newContext({ recordHar: { path: out, content: 'embed', mode: 'full' } });
  const tab = await context.newPage();
  await tab.goto(page);
  await tab.waitForFunction('window.done', null, { timeout: 60000 });
  await context.close(); // writes the HAR
  await browser.close();
})().catch((error) => {
  console.error(error);
  process.exit(1);
});
