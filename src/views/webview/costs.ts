import { render } from 'lit';
import { CostsModel } from './costs/model';
import { costsView } from './costs/view';
import { DayChart } from './costs/dayChart';
import { toCostsPage, type FromCostsPage, type ToCostsPage } from './shared/costsProtocol';
import { Page } from './shared/page';
import { openChannel } from './shared/vsCodeChannel';

const root = document.querySelector<HTMLElement>('#form');
if (root) start(root);

function start(root: HTMLElement): void {
  const channel = openChannel<ToCostsPage, FromCostsPage>(toCostsPage, (message) => {
    if (message.type === 'init') page.initialize(message.texts);
    model.receive(message);
  });
  const chart = new DayChart();
  const page: Page = new Page(root, () => {
    render(costsView(model, chart), root);
    const canvas = root.querySelector('canvas');
    if (model.report && canvas) chart.draw(canvas, model.report);
    else chart.clear();
  });
  const model: CostsModel = new CostsModel(channel, () => page.redraw());
  model.start();
  // The theme is in classes and variables of the document.
  new MutationObserver(() => page.redraw()).observe(document.body, { attributeFilter: ['class'] });
  new MutationObserver(() => page.redraw()).observe(document.documentElement, { attributeFilter: ['style'] });
}
