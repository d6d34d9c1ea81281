import type { Lazy } from '../base/lazy';
import type { Forms } from '../views/forms/forms';
import { acceptHostKey } from './acceptHostKey';
import { cancelOperation } from './cancelOperation';
import { clearFilter } from './clearFilter';
import { closeConnection } from './closeConnection';
import { closeTunnel } from './closeTunnel';
import { connect, openRecentFolder } from './connect';
import { copyDiagnostics } from './copyDiagnostics';
import { copyInstanceId } from './copyInstanceId';
import { copyMcpConfiguration } from './copyMcpConfiguration';
import { copyIpAddress } from './copyIpAddress';
import { copySshCommand } from './copySshCommand';
import type { CostParts } from './costParts';
import type { LedgerOfAll } from '../cost/ledgerOfAll';
import { createInstance } from './createInstance';
import { createLikeThis } from './createLikeThis';
import { deleteInstance } from './deleteInstance';
import { exportCosts } from './exportCosts';
import { filterInstances } from './filterInstances';
import { groupInstances } from './groupInstances';
import type { CommandId } from './ids';
import { withKey } from './keys';
import { manageKeys } from './manageKeys';
import { modifyInstance } from './modifyInstance';
import { openDashboard } from './openDashboard';
import { openPort } from './openPort';
import { openTunnel } from './openTunnel';
import { openWalkthrough } from './openWalkthrough';
import { refresh } from './refresh';
import { removeSshEntries } from './removeSshEntries';
import { restartInstance } from './restartInstance';
import { scheduleStop } from './scheduleStop';
import type { CommandHandler, Services } from './services';
import { setSshOptions } from './setSshOptions';
import { showCosts } from './showCosts';
import { signIn } from './signIn';
import { signOut } from './signOut';
import { sortInstances } from './sortInstances';
import { startInstance } from './startInstance';
import { startWhenAvailable } from './startWhenAvailable';
import { stopAll } from './stopAll';
import { stopInstance } from './stopInstance';
import { switchAccount } from './switchAccount';
import { allowing } from './targets';
import { watchCapacity } from './watchCapacity';

/** The one table of commands and what they do. A missing or unknown command doesn't compile. */
export type CommandTable = Readonly<Record<CommandId, CommandHandler>>;

export function commandTable(
  services: Services,
  forms: Lazy<Forms>,
  costs: CostParts & { readonly ledgerOfAll: LedgerOfAll },
): CommandTable {
  return {
    'tensordock.signIn': async () => signIn(services),
    'tensordock.signOut': async () => signOut(services, costs),
    'tensordock.switchAccount': async () => switchAccount(services),
    'tensordock.refresh': async () => refresh(services),
    'tensordock.createInstance': async (...args) => createInstance(services, await forms.get(), args),
    'tensordock.createLikeThis': async (...args) => createLikeThis(services, await forms.get(), args),
    'tensordock.modifyInstance': async (...args) => modifyInstance(services, await forms.get(), args),
    'tensordock.manageKeys': async () => manageKeys(services),
    'tensordock.startInstance': async (...args) => startInstance(services, args),
    'tensordock.stopInstance': async (...args) => stopInstance(services, args),
    'tensordock.stopAll': async () => stopAll(services),
    'tensordock.restartInstance': async (...args) => restartInstance(services, args),
    'tensordock.deleteInstance': withKey(services, allowing(services, 'delete'), async (...args) =>
      deleteInstance(services, args),
    ),
    'tensordock.startWhenAvailable': async (...args) => startWhenAvailable(services, args),
    'tensordock.copySshCommand': async (...args) => copySshCommand(services, args),
    'tensordock.copyIpAddress': async (...args) => copyIpAddress(services, args),
    'tensordock.copyInstanceId': async (...args) => copyInstanceId(services, args),
    'tensordock.openDashboard': async (...args) => openDashboard(services, args),
    'tensordock.setSshOptions': async (...args) => setSshOptions(services, args),
    'tensordock.filterInstances': async () => filterInstances(services),
    'tensordock.clearFilter': async () => clearFilter(services),
    'tensordock.sortInstances': async () => sortInstances(services),
    'tensordock.groupInstances': async () => groupInstances(services),
    'tensordock.openWalkthrough': async () => openWalkthrough(services),
    'tensordock.showLog': async () => services.log.show(),
    'tensordock.copyDiagnostics': async () => copyDiagnostics(services),
    'tensordock.copyMcpConfiguration': async () => copyMcpConfiguration(services),
    'tensordock.connect': withKey(
      services,
      (row) => row.state === 'running',
      async (...args) => connect(services, args, 'thisWindow'),
    ),
    'tensordock.closeConnection': async () => closeConnection(services),
    'tensordock.connectInNewWindow': async (...args) => connect(services, args, 'newWindow'),
    'tensordock.openTerminal': async (...args) => connect(services, args, 'terminal'),
    'tensordock.openRecentFolder': async (...args) => openRecentFolder(services, args),
    'tensordock.openPort': async (...args) => openPort(services, args),
    'tensordock.openTunnel': async (...args) => openTunnel(services, args),
    'tensordock.closeTunnel': async (...args) => closeTunnel(services, args),
    'tensordock.acceptHostKey': async (...args) => acceptHostKey(services, args),
    'tensordock.removeSshEntries': async () => removeSshEntries(services),
    'tensordock.scheduleStop': async (...args) => scheduleStop(services, costs, args),
    'tensordock.cancelOperation': async (...args) => cancelOperation(services, costs, args),
    'tensordock.watchCapacity': async (wish) => watchCapacity(services, costs, wish),
    'tensordock.showCosts': async () => showCosts(services, costs),
    'tensordock.exportCosts': async () => exportCosts(services, costs.ledgerOfAll),
  };
}

/** These switch the account themselves, so a question of theirs may be answered under another one. */
export const accountCommands: ReadonlySet<string> = new Set<CommandId>([
  'tensordock.signIn',
  'tensordock.signOut',
  'tensordock.switchAccount',
]);
