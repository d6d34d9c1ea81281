import { render } from 'lit';
import { CostsModel } from './costs/model';
import { costsView } from './costs/view';
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
  const page: Page = new Page(root, () => render(costsView(model), root));
  const model: CostsModel = new CostsModel(channel, () => page.redraw());
  model.start();
}
