import TestKit

/// Not the one of the core, which has the same name.
typealias Project = TestKit.Project
