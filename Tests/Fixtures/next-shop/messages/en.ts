export const greeting = 'Hello from the shop'
