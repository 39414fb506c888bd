using System.Runtime.CompilerServices;

// ML.NET keeps what a trainer is made of internal. The compiler sees it through copies of these assemblies that name this one
// as a friend (tools/FriendReferences); the runtime sees it through these attributes. InternalsCanary lists what is used.
[assembly: IgnoresAccessChecksTo("Microsoft.ML.Core")]
[assembly: IgnoresAccessChecksTo("Microsoft.ML.Data")]
[assembly: IgnoresAccessChecksTo("Microsoft.ML.StandardTrainers")]

namespace System.Runtime.CompilerServices;

/// <summary>Known to CoreCLR by its full name only: the assembly that carries it may use internals of the assembly it names.</summary>
[AttributeUsage(AttributeTargets.Assembly, AllowMultiple = true)]
internal sealed class IgnoresAccessChecksToAttribute(string assemblyName) : Attribute
{
    public string AssemblyName { get; } = assemblyName;
}
