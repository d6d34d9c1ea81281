const plainNames = [
  'list_instances',
  'describe_instance',
  'find_offers',
  'create_instance',
  'start_instance',
  'stop_instance',
  'modify_instance',
  'delete_instance',
  'schedule_stop',
  'wait_until_ready',
  'get_ssh_alias',
  'get_costs',
] as const;

/** Every tool for agents. The manifest has the same ones, which a test compares. */
export const toolNames = plainNames.map((name) => `tensordock_${name}` as const);

export type ToolName = (typeof toolNames)[number];
