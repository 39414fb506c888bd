using System.Runtime.CompilerServices;
using Mono.Cecil;

namespace FriendReferences;

/// <summary>A copy of an assembly whose internals one more assembly may compile against. It is never run, packed or committed.</summary>
internal static class FriendCopy
{
    /// <summary>Writes the copy under its own file name, whole or not at all: another build may be reading or writing it.</summary>
    public static void Write(string assembly, string friend, string destinationFolder)
    {
        Directory.CreateDirectory(destinationFolder);
        string destination = Path.Combine(destinationFolder, Path.GetFileName(assembly));
        string temporary = Path.Combine(destinationFolder, Path.GetRandomFileName());
        try
        {
            // Custom attributes with arguments of another assembly's types can be written back only when that assembly is found.
            using var resolver = new DefaultAssemblyResolver();
            resolver.AddSearchDirectory(Path.GetDirectoryName(Path.GetFullPath(assembly)));
            using (ModuleDefinition module = ModuleDefinition.ReadModule(assembly, new ReaderParameters { AssemblyResolver = resolver }))
            {
                MethodReference attribute = module.Assembly.CustomAttributes
                    .FirstOrDefault(candidate => candidate.AttributeType.FullName == typeof(InternalsVisibleToAttribute).FullName)?.Constructor
                    ?? throw new InvalidOperationException(
                        $"'{assembly}' names no friend assembly, so there is no attribute constructor to copy. Name only assemblies with an InternalsVisibleTo in FriendReference.");
                module.Assembly.CustomAttributes.Add(new CustomAttribute(attribute)
                {
                    ConstructorArguments = { new CustomAttributeArgument(module.TypeSystem.String, friend) },
                });
                // A deterministic module id: the same inputs give the same copy, so that nothing compiled against it changes.
                module.Write(temporary, new WriterParameters { DeterministicMvid = true });
            }
            File.Move(temporary, destination, overwrite: true);
        }
        finally
        {
            File.Delete(temporary);
        }
    }
}
