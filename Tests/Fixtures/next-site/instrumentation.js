export function register() {
  console.log(`instrumentation of ${process.env.NEXT_RUNTIME}`)
}
