export const release = 'release one'
