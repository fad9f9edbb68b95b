export async function GET() {
  throw new Error('no stock')
}
