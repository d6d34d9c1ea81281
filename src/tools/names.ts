/** Every tool for agents. The manifest has the same ones, which a test compares. */
export const toolNames = [
  'tensordock_list_instances',
  'tensordock_describe_instance',
  'tensordock_find_offers',
  'tensordock_create_instance',
  'tensordock_start_instance',
  'tensordock_stop_instance',
  'tensordock_modify_instance',
  'tensordock_delete_instance',
  'tensordock_schedule_stop',
  'tensordock_wait_until_ready',
  'tensordock_get_ssh_alias',
  'tensordock_get_costs',
] as const;

export type ToolName = (typeof toolNames)[number];
