package dev.twimlrefer.tests

import org.jacoco.core.analysis.Analyzer
import org.jacoco.core.analysis.CoverageBuilder
import org.jacoco.core.analysis.IClassCoverage
import org.jacoco.core.tools.ExecFileLoader
import java.io.File
import java.lang.invoke.MethodType
import java.lang.reflect.Constructor
import java.lang.reflect.Executable
import java.lang.reflect.Method
import java.lang.reflect.Modifier
import kotlin.reflect.KVisibility
import kotlin.reflect.jvm.kotlinFunction

/**
 * Prints the public functions that no test has called, and fails if there is one. What JaCoCo recorded and the jar
 * are the arguments. What the compiler adds to data classes and enums does not count, overloads for Java do.
 */
object Uncalled {
    @JvmStatic
    fun main(arguments: Array<String>) {
        val recorded = ExecFileLoader().apply { load(File(arguments[0])) }
        val found = CoverageBuilder()
        Analyzer(recorded.executionDataStore, found).analyzeAll(File(arguments[1]))
        val functions = found.classes.filter { it.packageName == "dev/twimlrefer" }.flatMap(::functions)
        check(functions.size > LEAST) {
            "${functions.size} public functions? The jar or its classes have moved"
        }
        val uncalled = functions.filterNot { it.second }.map { it.first }.sorted()
        println("public functions that no test calls: ${uncalled.size} of ${functions.size}")
        uncalled.forEach(::println)
        check(uncalled.isEmpty()) { "call each of them in a test" }
    }

    /** The public functions of a class, and whether each was called. */
    private fun functions(recorded: IClassCoverage): List<Pair<String, Boolean>> {
        val type = Class.forName(recorded.name.replace('/', '.'), false, javaClass.classLoader)
        val open = when (type.getAnnotation(Metadata::class.java)?.kind) {
            CLASS -> type.kotlin.visibility.let { it == KVisibility.PUBLIC || it == KVisibility.PROTECTED }

            FILE -> true

            // Made by the compiler.
            else -> false
        }
        if (!open) return emptyList()
        val members = (type.declaredMethods.asList() + type.declaredConstructors).associateBy(::signature)
        return recorded.methods.mapNotNull { method ->
            val called = method.methodCounter.coveredCount > 0
            members[method.name + method.desc]?.takeIf(::isPublic)?.let {
                "${type.name}.${method.name}${method.desc}" to
                    called
            }
        }
    }

    private fun isPublic(member: Executable): Boolean {
        if (!Modifier.isPublic(member.modifiers) || member.isSynthetic || '$' in member.name) return false
        val function = (member as? Method)?.kotlinFunction ?: (member as? Constructor<*>)?.kotlinFunction
        // An inline function runs where it is called.
        return function == null || (function.visibility == KVisibility.PUBLIC && !function.isInline)
    }

    private fun signature(member: Executable): String = when (member) {
        is Method ->
            member.name +
                MethodType.methodType(member.returnType, member.parameterTypes).toMethodDescriptorString()

        else -> "<init>" + MethodType.methodType(Void.TYPE, member.parameterTypes).toMethodDescriptorString()
    }

    private const val CLASS = 1
    private const val FILE = 2

    /** About as many as there were when this was written: fewer would be a mistake of this program. */
    private const val LEAST = 200
}
