namespace MLNet.WeightInit;

/// <summary>In which order a framework stores the axes of its weights, and so how it counts their fans.</summary>
public enum TensorLayout
{
    /// <summary>[outputs, inputs, kernel…], as PyTorch, TorchSharp, ONNX and this library do. Fans: the second and the first size, times the kernel's positions.</summary>
    OutputsFirst,
    /// <summary>[kernel…, inputs, outputs], as Keras, TensorFlow and JAX do. Fans: the last but one and the last size, times all sizes before them.</summary>
    OutputsLast,
}
