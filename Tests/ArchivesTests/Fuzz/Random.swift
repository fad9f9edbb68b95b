/// SplitMix64: the same numbers for the same seed, on every machine.
struct Random: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64, case number: UInt64) { state = seed &* 0x9e37_79b9_7f4a_7c15 ^ number &* 0xd1b5_4a32_d192_ed03 }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }

  mutating func below(_ count: Int) -> Int { Int.random(in: 0..<max(1, count), using: &self) }

  mutating func oneOf<Element>(_ list: [Element]) -> Element { list[below(list.count)] }

  /// True in so many of 100 cases.
  mutating func happens(_ percent: Int) -> Bool { below(100) < percent }
}
