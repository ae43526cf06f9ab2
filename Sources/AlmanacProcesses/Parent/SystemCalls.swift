#if Processes
#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

// Calls of the system under names of their own, for types that have methods of the same name.

func systemRead(_ descriptor: Int32, _ room: UnsafeMutableRawPointer?, _ count: Int) -> Int {
  read(descriptor, room, count)
}

func systemClose(_ descriptor: Int32) { _ = close(descriptor) }

func systemKill(_ process: Int32, _ signal: Int32) -> Int32 { kill(process, signal) }
#endif
