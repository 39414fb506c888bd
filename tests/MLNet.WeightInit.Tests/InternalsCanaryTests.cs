using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;

namespace MLNet.WeightInit.Tests;

/// <summary>Every member of ML.NET that the library was compiled against, public or not, is in the ML.NET that is loaded.</summary>
/// <remarks>The list is the library's own metadata, so it can't be forgotten to extend it. An update of ML.NET that moves or changes one of them fails here, by name, and not in a user's program.</remarks>
[TestFixture]
public sealed class InternalsCanaryTests
{
    [Test]
    public void Every_member_of_ML_NET_that_the_library_uses_resolves()
    {
        Module module = typeof(NeuralNetOptions).Module;
        using var file = new PEReader(File.OpenRead(module.FullyQualifiedName));
        MetadataReader metadata = file.GetMetadataReader();
        var unresolved = new List<string>();
        int used = 0;
        // Which type arguments does not matter for whether a member is there, but the runtime checks their constraints:
        // those of the trainer's own parameters are the strictest.
        Type[] typeArguments = [.. typeof(NeuralNetTrainer<,>).GetGenericArguments(), .. ObjectTypes(4)];
        foreach (MemberReferenceHandle handle in metadata.MemberReferences)
        {
            string name = metadata.GetString(metadata.GetMemberReference(handle).Name);
            try
            {
                MemberInfo member = module.ResolveMember(MetadataTokens.GetToken(handle), typeArguments, ObjectTypes(4))!;
                used += IsHiddenInMLNet(member) ? 1 : 0;
            }
            catch (Exception exception) when (exception is MissingMemberException or TypeLoadException or FileNotFoundException)
            {
                unresolved.Add($"{name}: {exception.Message}");
            }
        }
        Assert.That(unresolved, Is.Empty);
        Assert.That(used, Is.GreaterThan(20), "The canary looks at nothing.");
    }

    static bool IsHiddenInMLNet(MemberInfo member)
        => member.Module.Name is "Microsoft.ML.Core.dll" or "Microsoft.ML.Data.dll" or "Microsoft.ML.StandardTrainers.dll"
            && (member is MethodBase { IsPublic: false } or FieldInfo { IsPublic: false } || member.DeclaringType is { IsVisible: false });

    static Type[] ObjectTypes(int count) => [.. Enumerable.Repeat(typeof(object), count)];
}
