export const title = 'version 1'
