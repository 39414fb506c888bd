namespace Micro;

/// <summary>A dense layer and its batch.</summary>
public readonly record struct LayerShape(int Batch, int Inputs, int Outputs)
{
    /// <summary>For the table.</summary>
    public override string ToString() => $"{Batch}x{Inputs}->{Outputs}";
}
