/** What is wrong with a setting, and what would be right. */
export class SettingError extends Error {
  override readonly name = 'SettingError'
  readonly code = 'invalid_setting'
}
