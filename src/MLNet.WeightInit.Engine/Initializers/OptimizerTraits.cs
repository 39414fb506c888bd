namespace MLNet.WeightInit.Engine.Initializers;

/// <summary>What a start depends on of an optimizer that is known by its specification.</summary>
internal static class OptimizerTraits
{
    /// <summary>Whether it divides gradients by their own size, so that small ones make no small steps.</summary>
    public static bool IsAdaptive(string specification) => NameOf(specification) is "Adam" or "AdamW" or "RMSProp" or "Lion" or "LAMB";

    /// <summary>Whether its steps are gradients times a rate, and nothing else.</summary>
    public static bool IsPlain(string specification) => NameOf(specification) is "SGD";

    static string NameOf(string specification) => specification.Split('(')[0];
}
