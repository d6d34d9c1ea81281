import { deleteInstance, startInstance, stopInstance } from './changeInstance';
import { getSshAlias, waitUntilReady } from './connectInstance';
import { createInstance } from './createInstance';
import { getCosts } from './getCosts';
import { modifyInstance } from './modifyInstance';
import type { ToolName } from './names';
import { findOffers } from './offers';
import { describeInstance, listInstances } from './readInstances';
import { scheduleStop } from './scheduleStop';
import type { Tool } from './tool';

/** The one table of tools, for the editor's agents and for those over MCP. A missing or unknown one doesn't compile. */
export const toolTable: Readonly<Record<ToolName, Tool>> = {
  tensordock_list_instances: listInstances,
  tensordock_describe_instance: describeInstance,
  tensordock_find_offers: findOffers,
  tensordock_create_instance: createInstance,
  tensordock_start_instance: startInstance,
  tensordock_stop_instance: stopInstance,
  tensordock_modify_instance: modifyInstance,
  tensordock_delete_instance: deleteInstance,
  tensordock_schedule_stop: scheduleStop,
  tensordock_wait_until_ready: waitUntilReady,
  tensordock_get_ssh_alias: getSshAlias,
  tensordock_get_costs: getCosts,
};
