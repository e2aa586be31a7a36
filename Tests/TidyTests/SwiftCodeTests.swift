// SPDX-License-Identifier: Apache-2.0

import Testing

/// The rules look at code: what they see of it, and that they bite.
struct SwiftCodeTests {
    @Test func commentsAndStringsAreTakenOut() {
        let text = #"""
            let a = "print(1) // x" // print(2)
            /* print(3) /* print(4) */
            print(5) */ let b = 1
            let c = "a \(f("print(6)")) b"; g()
            let d = """
                print(7) "
                """
            let e = ##"print(8) "# \("##
            """#
        let code = SwiftCode.lines(of: text)
        #expect(code.count == 8)
        #expect(code[0] == "let a = \"\" ")
        #expect(code[2] == " let b = 1")
        #expect(code[3] == "let c = \"\"; g()")
        #expect(code[7] == "let e = \"\"")
        #expect(code.allSatisfy { !$0.contains("print") })
    }

    @Test(arguments: ["x!", "x!.y", "try! f()", "y as! Z", "f()!", "a[0]!", "var x: Int!", "x?!", "[Int]!"])
    func whatIsForcedIsSeen(line: String) {
        #expect(WordsTests.forces(line[...]))
    }

    @Test(arguments: ["!x", "a != b", "a !== b", "if !a, !b {", "f(!x)", "#if !DEBUG", "[!x]", "x ? !y : z"])
    func whatIsNotForcedIsNot(line: String) {
        #expect(!WordsTests.forces(line[...]))
    }

    @Test func aCallIsNoPartOfAnotherWord() {
        #expect("  print(x)".split(separator: "\n")[0].calls("print"))
        #expect(!"  blueprint(x)"[...].calls("print"))
        #expect(!"  x.print(y)"[...].calls("print"))
        #expect("a, Task {"[...].has(word: "Task"))
        #expect(!"TaskList, aTask, _Task"[...].has(word: "Task"))
    }
}
